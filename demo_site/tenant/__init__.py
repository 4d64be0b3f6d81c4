"""The local tenant: a stand-in for an Auth0 tenant, for the demonstration and the tests only."""
