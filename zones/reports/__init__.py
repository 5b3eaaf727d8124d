"""The year's round: forms out to the communes, reports back in, one consolidated result."""
