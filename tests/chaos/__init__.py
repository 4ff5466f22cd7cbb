"""Long proofs: processes are killed."""
