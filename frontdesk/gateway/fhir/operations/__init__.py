"""The operations of IHE ITI Scheduling: find, hold and book."""
