"""Pages and forms, one module for each part of the office."""
