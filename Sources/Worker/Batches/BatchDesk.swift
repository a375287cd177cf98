import JobModel
import Models
import Storage

/// Where the calls of one job are given to batches.
struct BatchDesk: Sendable {
    let store: BatchStore
    let connection: ModelConnection
    let provider: any BatchProvider

    /// - Throws: A `JobFailure` when the connection has no batches.
    init(_ store: BatchStore, _ connection: ModelConnection) throws(JobFailure) {
        guard let provider = connection.endpoint.kind.batches else {
            throw JobFailure(
                code: "batch-unsupported",
                message:
                    "\(connection) has no batches: connections of the kinds openai, openai-responses and anthropic "
                    + "have; remove batch, or name another model",
                isPermanent: true
            )
        }
        self.store = store
        self.connection = connection
        self.provider = provider
    }

    /// A request as it stands in a batch.
    func body(of request: ModelRequest) throws(JobFailure) -> JSONValue {
        var request = request
        request.model = connection.reference.model
        do {
            return try provider.body(of: request, for: connection.endpoint)
        } catch {
            throw JobFailure(code: "model", message: "\(error)", isPermanent: true)
        }
    }
}
