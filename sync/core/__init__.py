"""The rules of the sync: pure Python, without Django and without input or output."""
