import JobModel
import Models
import Settings

/// A model as a job names it, `connection/model`, and what reaching it takes.
struct ModelConnection: Sendable {
    let endpoint: ModelEndpoint
    let model: String
    /// What its tokens cost; nil when nobody said.
    let price: ModelPrice?

    /// - Throws: A permanent `JobFailure` that says what to write instead.
    init(_ reference: String, among connections: [String: ConnectionDefinition]) throws(JobFailure) {
        let parts = reference.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw JobFailure(
                code: "model-unknown",
                message: "\"\(reference)\" names no model; write connection/model",
                isPermanent: true
            )
        }
        let name = String(parts[0])
        guard case .model(let access) = connections[name]?.kind else {
            let known = connections.values.filter { if case .model = $0.kind { true } else { false } }.map(\.name)
            throw JobFailure(
                code: "connection-unknown",
                message: "this worker has no connection \(name) to a model"
                    + (known.isEmpty
                        ? "; give it one with --connections" : "; it has \(known.sorted().joined(separator: ", "))")
            )
        }
        model = String(parts[1])
        endpoint = ModelEndpoint(access, name: name, model: model)
        price = access.prices[model]
    }

    /// What decides the answer besides the request: the address may change (another port, a mirror), the name not.
    var fingerprintFields: JSONValue { .string(endpoint.name) }

    func cost(of usage: TokenUsage?) -> MicroDollars? {
        guard let price, let usage else { return nil }
        return price.cost(input: usage.input, cachedInput: usage.cachedInput, output: usage.output)
    }
}
