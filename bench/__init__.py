"""Every figure in the docs comes from a file here: `python -m bench [NAME …]`, side by side in one run."""
