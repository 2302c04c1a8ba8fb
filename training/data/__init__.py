"""Pictures and annotations, as they lie on disk, to batches."""
