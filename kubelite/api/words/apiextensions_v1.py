"""What the fields of definitions of kinds are for."""

WORDS = """
CustomResourceDefinitionSpec.group: The group of the kind.
CustomResourceDefinitionSpec.scope: Namespaced or Cluster.
CustomResourceDefinitionSpec.preserveUnknownFields: No longer used: always false.
CustomResourceDefinitionNames.plural: What many of them are called; part of the URL.
CustomResourceDefinitionNames.singular: What one of them is called.
CustomResourceDefinitionNames.shortNames: Short words for kubectl.
CustomResourceDefinitionNames.listKind: What a list of them is called.
CustomResourceDefinitionNames.categories: Words such as all that mean it, too.
CustomResourceDefinitionVersion.name: What the version is called: v1, v1beta1.
CustomResourceDefinitionVersion.served: Whether it can be asked for.
CustomResourceDefinitionVersion.storage: Whether objects are stored in it; just one is.
CustomResourceDefinitionVersion.deprecated: Whether whoever uses it is warned.
CustomResourceDefinitionVersion.deprecationWarning: In which words.
JSONSchemaProps.id: What the schema calls itself.
JSONSchemaProps.$schema: In which dialect it is written.
JSONSchemaProps.$ref: Not allowed.
JSONSchemaProps.description: What the field is for: kubectl explain prints it.
JSONSchemaProps.type: object, array, string, integer, number or boolean.
JSONSchemaProps.format: What the text or number has to look like: date-time, int32.
JSONSchemaProps.title: A title.
JSONSchemaProps.default: The value if none is given.
JSONSchemaProps.maximum: The largest number.
JSONSchemaProps.exclusiveMaximum: Whether even that is too large.
JSONSchemaProps.minimum: The smallest number.
JSONSchemaProps.exclusiveMinimum: Whether even that is too small.
JSONSchemaProps.maxLength: How long a text may be.
JSONSchemaProps.minLength: How long a text has to be.
JSONSchemaProps.pattern: A regular expression that a text has to match.
JSONSchemaProps.maxItems: How many items there may be.
JSONSchemaProps.minItems: How many there have to be.
JSONSchemaProps.uniqueItems: Not allowed to be true.
JSONSchemaProps.multipleOf: What the number has to be a multiple of.
JSONSchemaProps.enum: The values it may have.
JSONSchemaProps.maxProperties: How many fields there may be.
JSONSchemaProps.minProperties: How many there have to be.
JSONSchemaProps.required: Fields that have to be there.
JSONSchemaProps.dependencies: Not allowed.
JSONSchemaProps.example: An example.
JSONSchemaProps.nullable: Whether null is a value.
JSONSchemaProps.x-kubernetes-preserve-unknown-fields: Keep fields that are not listed.
JSONSchemaProps.x-kubernetes-embedded-resource: It is a whole object, with metadata.
JSONSchemaProps.x-kubernetes-int-or-string: It is a number or a text.
JSONSchemaProps.x-kubernetes-list-map-keys: The fields by which items of a map list are told apart.
JSONSchemaProps.x-kubernetes-list-type: atomic, set or map: how lists are merged.
JSONSchemaProps.x-kubernetes-map-type: atomic or granular: how objects are merged.
ExternalDocumentation.description: What can be read there.
ExternalDocumentation.url: Where.
ValidationRule.rule: What has to be true, in CEL: self.minReplicas <= self.replicas.
ValidationRule.message: What is said when it is not.
ValidationRule.messageExpression: The same, worked out in CEL.
ValidationRule.reason: FieldValueInvalid, FieldValueForbidden and the like.
ValidationRule.fieldPath: Which field is blamed.
ValidationRule.optionalOldSelf: Whether a rule about changes is asked of new objects, too.
CustomResourceSubresourceScale.specReplicasPath: Where the wanted number stands: .spec.replicas.
CustomResourceSubresourceScale.statusReplicasPath: Where the number there is stands.
CustomResourceSubresourceScale.labelSelectorPath: Where the selector stands, as text.
CustomResourceColumnDefinition.name: The column's title.
CustomResourceColumnDefinition.type: What it shows: string, integer, date.
CustomResourceColumnDefinition.format: How it is written.
CustomResourceColumnDefinition.description: What it means.
CustomResourceColumnDefinition.priority: Above 0 it is shown with -o wide only.
CustomResourceColumnDefinition.jsonPath: Where the value stands.
SelectableField.jsonPath: A field that --field-selector may ask for.
CustomResourceConversion.strategy: None, or Webhook to ask somebody.
WebhookConversion.conversionReviewVersions: Which versions of the question it understands.
WebhookClientConfig.url: Where it is.
WebhookClientConfig.caBundle: Who may have signed its certificate.
ServiceReference.namespace: Where the Service lives.
ServiceReference.name: What it is called.
ServiceReference.path: Which path is asked for.
ServiceReference.port: On which port it answers. Default 443.
CustomResourceDefinitionStatus.storedVersions: Versions in which objects may be stored.
CustomResourceDefinitionStatus.observedGeneration: The generation of the spec that this status is
  about.
"""
