import JobModel
import Models
import Settings

/// A model, and what reaching it takes.
struct ModelConnection: Sendable, CustomStringConvertible {
    let reference: ModelReference
    let endpoint: ModelEndpoint
    /// What its tokens cost; nil when nobody said.
    let price: ModelPrice?
    /// How much may be asked of the connection.
    let limits: ConnectionLimits

    /// - Throws: A `JobFailure` when this worker has no such connection, which another one may have.
    init(_ reference: ModelReference, among connections: [String: ConnectionDefinition]) throws(JobFailure) {
        guard case .model(let access) = connections[reference.connection]?.kind else {
            let known = connections.values.filter { if case .model = $0.kind { true } else { false } }.map(\.name)
            throw JobFailure(
                code: "connection-unknown",
                message: "this worker has no connection \(reference.connection) to a model"
                    + (known.isEmpty
                        ? "; give it one with --connections" : "; it has \(known.sorted().joined(separator: ", "))")
            )
        }
        self.reference = reference
        endpoint = ModelEndpoint(access, name: reference.connection, model: reference.model)
        price = access.prices[reference.model]
        limits = access.limits
    }

    var description: String { reference.description }

    func cost(of usage: TokenUsage?) -> MicroDollars? {
        guard let price, let usage else { return nil }
        return price.cost(input: usage.input, cachedInput: usage.cachedInput, output: usage.output)
    }
}
