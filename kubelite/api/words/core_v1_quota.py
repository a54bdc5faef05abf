"""What the fields of quotas and ranges are for."""

WORDS = """
ResourceQuotaSpec.hard: How much of each there may be at most: pods, requests.cpu,
  count/deployments.apps.
ResourceQuotaSpec.scopes: Which pods count: BestEffort, NotTerminating and the like; all if empty.
ScopedResourceSelectorRequirement.scopeName: Which scope.
ScopedResourceSelectorRequirement.operator: In, NotIn, Exists or DoesNotExist.
ScopedResourceSelectorRequirement.values: The values that count.
ResourceQuotaStatus.hard: The limits that are in force.
ResourceQuotaStatus.used: How much of each there is.
LimitRangeItem.type: Container, Pod or PersistentVolumeClaim.
LimitRangeItem.max: The most that one may ask for.
LimitRangeItem.min: The least that one may ask for.
LimitRangeItem.default: The limit of whoever gives none.
LimitRangeItem.defaultRequest: The request of whoever gives none.
LimitRangeItem.maxLimitRequestRatio: How many times its request a limit may be.
"""
