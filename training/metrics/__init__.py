"""Figures of quality that need no foreign network: one file a metric. Pictures are uint8 [N, H, W, 3] throughout."""
