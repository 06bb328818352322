"""What a superuser does about a new pairing: approve it, reject it, or expect it beforehand."""
