"""Which Huma organisation and which Tenant ID belong together."""
