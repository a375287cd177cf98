package import JobModel

/// An asset that a job brings up to date when it has succeeded.
package struct ProductDefinition: Equatable, Sendable {
    /// The most assets of one job.
    package static let maximumCount = 100

    /// The name of the asset.
    package let asset: Template
    /// The part of it; nil for the whole.
    package let partition: Template?
    /// What is to be known about the update; nil for nothing.
    package let metadata: TemplateValue?

    /// Why an update cannot be told.
    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case name(String)
        case event(NewEvent.Fault)

        package var description: String {
            switch self {
            case .name(let name): "\"\(name.prefix(80))\" is no name of an asset; \(AssetName.rule)"
            case .event(.longKey(let bytes)):
                "the partition has \(bytes) bytes; partitions have 1 to \(NewEvent.maximumKeyBytes)"
            case .event(let fault): "\(fault)"
            }
        }
    }

    /// The event that tells of the update.
    ///
    /// - Throws: `ExpressionError` or `Fault`.
    package func update(in context: ExpressionContext) throws -> NewEvent {
        try Self.update(
            of: try asset.text(in: context),
            partition: try partition?.text(in: context),
            metadata: try metadata?.evaluate(in: context) ?? .null
        )
    }

    /// The event that tells of an update of an asset.
    package static func update(
        of asset: String,
        partition: String?,
        metadata: JSONValue,
        idempotencyKey: String? = nil
    ) throws(Fault) -> NewEvent {
        guard AssetName.isName(asset) else { throw .name(asset) }
        do throws(NewEvent.Fault) {
            return try NewEvent(
                name: AssetName.event(of: asset),
                key: partition,
                data: metadata,
                idempotencyKey: idempotencyKey
            )
        } catch {
            throw .event(error)
        }
    }
}
