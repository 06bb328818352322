"""A superuser approves what somebody connected, or enters it beforehand."""
