"""The controllers' plans as pure functions, on upstream's own cases."""
