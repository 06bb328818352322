"""Queue, leases, heartbeat, and the supervised process."""
