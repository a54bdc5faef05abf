"""What the fields of admission webhooks and policies are for."""

WORDS = """
*.name: What it is called.
*.failurePolicy: What happens when it cannot be asked: Fail or Ignore. Default Fail.
*.matchPolicy: Exact, or Equivalent for other versions of the same. Default Equivalent.
*.sideEffects: Whether asking it changes anything: None or NoneOnDryRun.
*.timeoutSeconds: How long it may take. Default 10.
*.admissionReviewVersions: Which versions of the question it understands.
*.reinvocationPolicy: Whether it is asked again after others: Never or IfNeeded.
*.operations: CREATE, UPDATE, DELETE, CONNECT; * for all.
*.apiGroups: In which groups; * for all.
*.apiVersions: In which versions; * for all.
*.resources: Of which resources: pods, pods/status; * for all.
*.scope: Cluster, Namespaced or * for both.
*.expression: What is worked out, in CEL.
*.policyName: Which policy.
WebhookClientConfig.url: Where it is.
WebhookClientConfig.caBundle: Who may have signed its certificate.
ServiceReference.namespace: Where the Service lives.
ServiceReference.path: Which path is asked for.
ServiceReference.port: On which port it answers. Default 443.
NamedRuleWithOperations.resourceNames: Only objects of these names; all if empty.
Validation.expression: What has to be true, in CEL: object.spec.replicas <= 5.
Validation.message: What is said when it is not.
Validation.messageExpression: The same, worked out in CEL.
Validation.reason: Invalid, Forbidden, Unauthorized or RequestEntityTooLarge.
AuditAnnotation.key: What the note is called.
AuditAnnotation.valueExpression: What it says, worked out in CEL.
ValidatingAdmissionPolicyStatus.observedGeneration: The generation of the spec that this status is
  about.
ExpressionWarning.fieldRef: Which expression.
ExpressionWarning.warning: What is wrong with it.
ValidatingAdmissionPolicyBindingSpec.validationActions: What follows: Deny, Warn or Audit.
ParamRef.namespace: Where the parameters live.
ParamRef.parameterNotFoundAction: What happens without them: Allow or Deny.
Mutation.patchType: ApplyConfiguration or JSONPatch.
"""
