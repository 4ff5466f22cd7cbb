"""Read a mail's proofs before it is sent, and say what its readers would stumble over."""
