"""What a detector learns from: photos kept ready, changed by chance, their boxes given to cells and anchors, the loss."""
