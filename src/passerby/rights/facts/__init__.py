"""The types that the rooms of `rights` share: plain, frozen facts."""
