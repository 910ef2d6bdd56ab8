"""How quick Frontdesk is on this machine, beside the floor that the machine sets. Run by `script/bench`."""
