internal import JobModel

extension ProductDefinition {
    private static let keys = KnownKeys(["asset", "partition", "metadata"])

    /// Reads the assets of a job; what cannot be used is reported and left out.
    static func list(_ field: SourceField) -> [ProductDefinition] {
        (field.elements(of: "assets", atMost: maximumCount) ?? []).compactMap { ProductDefinition(reading: $0) }
    }

    private init?(reading field: SourceField) {
        guard case .mapping = field.node.content else {
            guard let asset = Self.asset(field) else { return nil }
            self.init(asset: asset, partition: nil, metadata: nil)
            return
        }
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let asset = mapping.required("asset", hint: "as in asset: reports/churn").flatMap(Self.asset)
        let partition = mapping["partition"]?.wordTemplate()
        let metadata = mapping["metadata"]?.templateValue()
        if let key = partition?.literal, !(1...NewEvent.maximumKeyBytes).contains(key.utf8.count) {
            mapping["partition"]?.fault("a partition has 1 to \(NewEvent.maximumKeyBytes) bytes")
        }
        guard let asset else { return nil }
        self.init(asset: asset, partition: partition, metadata: metadata)
    }

    /// The name of an asset, which is checked as far as it is written out.
    private static func asset(_ field: SourceField) -> Template? {
        guard let template = field.template() else { return nil }
        if let name = template.literal, !AssetName.isName(name) {
            field.fault("\(quoted(name)) is no name of an asset", hint: AssetName.rule)
            return nil
        }
        return template
    }
}
