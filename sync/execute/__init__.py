"""The only remote writer: carries out the Writes of an applying run, and nothing else."""

from sync.execute.slices import apply_slice

__all__ = ["apply_slice"]
