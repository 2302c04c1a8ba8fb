"""Recipe -> run -> checkpoints. Nothing here knows a screen."""
