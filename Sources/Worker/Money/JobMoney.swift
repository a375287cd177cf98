import JobModel
import Models
import Prices
import Storage
import Workflow

/// What a job has to do with money: the prices of its calls, and the bounds that the workflow file sets.
struct JobMoney: Sendable {
    let prices: PriceBook
    let patience: Patience

    /// What a call on a connection can cost.
    func charge(for request: ModelRequest, on connection: ModelConnection) async throws -> ModelCharge {
        let price = try await price(of: connection)
        return ModelCharge(
            connection: connection.endpoint.name,
            model: connection.reference.model,
            price: price,
            bound: CallBound(request, price: price)
        )
    }

    /// The price of a model: what its connection says, then what was set in the database, then what is shipped.
    func price(of connection: ModelConnection) async throws -> ModelPrice? {
        if let price = connection.price { return price }
        return try await patience { try await prices.list() }.price(
            of: connection.reference.model,
            connection: connection.endpoint.name,
            provider: connection.endpoint.listedProvider
        )?.price
    }

    /// The bounds that a workflow file sets for the calls of one of its jobs.
    static func bounds(of job: JobDefinition, in workflow: WorkflowDefinition) -> PaidCall.Bounds {
        PaidCall.Bounds(run: workflow.budget, job: job.budget, calls: job.kind.requestLimit)
    }
}

extension ModelEndpoint {
    /// The provider whose public prices hold here: the one at whose own address the endpoint is; nil for any other server.
    fileprivate var listedProvider: String? {
        let host = baseURL.split(separator: "/").dropFirst().first?.split(separator: ":").first
        return switch host {
        case "api.openai.com": "openai"
        case "api.anthropic.com": "anthropic"
        case "generativelanguage.googleapis.com": "gemini"
        default: nil
        }
    }
}
