"""The whole cluster, as a learner holds it in their hands."""
