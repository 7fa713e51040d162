"""Reports: statistics of a period, the board of a unit, late lists, the pack for the leaders, the yearly emulation."""
