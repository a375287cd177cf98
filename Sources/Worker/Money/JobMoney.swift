import JobModel
import Models
import Prices
import Storage
import Workflow

/// What a job has to do with money: the prices of its calls, and the bounds that the workflow file sets.
struct JobMoney: Sendable {
    let prices: PriceBook
    let patience: Patience
    /// What the workflow file says of the job's money.
    let bounds: PaidCall.Bounds

    /// What a call on a connection can cost.
    ///
    /// - Parameter isBatch: Whether it is given to a batch.
    func charge(
        for request: ModelRequest,
        on connection: ModelConnection,
        isBatch: Bool = false
    ) async throws -> ModelCharge {
        let price = try await price(of: connection)
        return ModelCharge(
            connection: connection.endpoint.name,
            model: connection.reference.model,
            price: price,
            bound: CallBound(request, price: price),
            isBatch: isBatch
        )
    }

    /// The price of a model: what its connection says, then what was set in the database, then what is shipped.
    func price(of connection: ModelConnection) async throws -> ModelPrice? {
        if let price = connection.price { return price }
        return try await patience { try await prices.list() }.price(
            of: connection.reference.model,
            connection: connection.endpoint.name,
            provider: ListedProvider.name(at: connection.endpoint.baseURL)
        )?.price
    }

    /// All prices that were set in the database and hold at a connection.
    ///
    /// - Parameter provider: The kind of provider at whose own address it is.
    func setPrices(connection: String, provider: String?) async throws -> [String: ModelPrice] {
        try await patience { try await prices.list() }.setPrices(for: connection, provider: provider)
    }

    /// The bounds that a workflow file sets for the calls of one of its jobs.
    static func bounds(of job: JobDefinition, in workflow: WorkflowDefinition) -> PaidCall.Bounds {
        PaidCall.Bounds(run: workflow.budget, job: job.budget, calls: job.kind.requestLimit)
    }
}
