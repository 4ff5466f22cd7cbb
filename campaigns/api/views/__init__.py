"""What programs may ask, one module for each thing."""
