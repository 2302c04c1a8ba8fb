"""The ground floor: errors, folders, files, pictures and marks; imports nothing else of ours."""
