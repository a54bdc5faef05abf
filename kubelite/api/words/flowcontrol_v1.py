"""What the fields of priority and fairness are for."""

WORDS = """
FlowSchemaSpec.matchingPrecedence: The lowest number that matches a request counts.
PriorityLevelConfigurationReference.name: Which priority level.
FlowDistinguisherMethod.type: What makes requests one flow: ByUser or ByNamespace.
UserSubject.name: Which user; * for all.
GroupSubject.name: Which group.
ServiceAccountSubject.namespace: Where the account lives.
ServiceAccountSubject.name: What it is called; * for all.
ResourcePolicyRule.verbs: What is asked for: get, list, create; * for all.
ResourcePolicyRule.apiGroups: In which groups; * for all.
ResourcePolicyRule.resources: Of which resources; * for all.
ResourcePolicyRule.clusterScope: Whether requests without a namespace match.
ResourcePolicyRule.namespaces: In which namespaces; * for all.
NonResourcePolicyRule.verbs: What is asked for; * for all.
NonResourcePolicyRule.nonResourceURLs: Of which paths, such as /healthz.
PriorityLevelConfigurationSpec.type: Limited, or Exempt from any limit.
LimitedPriorityLevelConfiguration.nominalConcurrencyShares: Its part of the server. Default 30.
LimitedPriorityLevelConfiguration.lendablePercent: How much of that others may borrow. Default 0.
LimitedPriorityLevelConfiguration.borrowingLimitPercent: How much it may borrow.
LimitResponse.type: What happens to requests that are too many: Queue or Reject.
QueuingConfiguration.queues: How many queues. Default 64.
QueuingConfiguration.handSize: Among how many of them a flow is dealt out. Default 8.
QueuingConfiguration.queueLengthLimit: How many requests wait in one queue. Default 50.
ExemptPriorityLevelConfiguration.nominalConcurrencyShares: The part of the server that is set aside.
ExemptPriorityLevelConfiguration.lendablePercent: How much of that others may borrow.
"""
