"""What a trained network can do: generate, morph, detect; the catalogue that loads it."""
