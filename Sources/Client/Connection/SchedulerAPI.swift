import HTTPTransport
import JobModel

/// The scheduler's HTTP API.
struct SchedulerAPI: Sendable {
    private static let maximumBytes = 64 << 20
    /// What a proxy says while the scheduler behind it is away.
    private static let gatewayStatuses = [502, 503, 504]

    let endpoint: Endpoint
    private let client: HTTPClient

    init(_ endpoint: Endpoint, client: HTTPClient = .shared) {
        self.endpoint = endpoint
        self.client = client
    }

    /// Submits a workflow and returns the run, a new one or the one that the key named before.
    ///
    /// - Parameter rawParams: Texts that the scheduler reads by the declared types.
    func submit(
        source: String,
        file: String,
        params: JSONObject = [:],
        rawParams: JSONObject = [:],
        idempotencyKey: String?
    ) async throws -> JSONValue {
        var body: JSONObject = ["workflow": .string(source), "file": .string(file)]
        if !params.isEmpty { body["params"] = .object(params) }
        if !rawParams.isEmpty { body["raw_params"] = .object(rawParams) }
        if let idempotencyKey { body["idempotency_key"] = .string(idempotencyKey) }
        do {
            return try await send("POST", "/v1/runs", body: .object(body), file: file)
        } catch ClientError.refused(let problem) where !problem.faults.isEmpty {
            throw ClientError.invalidWorkflow(faults: problem.faults, source: source)
        }
    }

    /// The newest runs first.
    func runs(state: String? = nil, workflow: String? = nil, limit: Int = 50) async throws -> JSONValue {
        try await get("/v1/runs", [("state", state), ("workflow", workflow), ("limit", String(limit))])
    }

    func run(_ id: RunID) async throws -> JSONValue { try await get("/v1/runs/\(id)") }

    /// The output of a job, or of the run when no job is named.
    func output(of id: RunID, job: String?) async throws -> JSONValue {
        try await get("/v1/runs/\(id)/output", [("job", job)])
    }

    func logs(of id: RunID, after: Int64, job: String?, limit: Int) async throws -> JSONValue {
        try await get("/v1/runs/\(id)/logs", [("after", String(after)), ("job", job), ("limit", String(limit))])
    }

    /// Starts a run that takes over another one's steps.
    ///
    /// - Parameter source: The workflow file in `body`, to show faults in; empty without one.
    func fork(_ id: RunID, body: JSONObject, source: String) async throws -> JSONValue {
        do {
            return try await send(
                "POST",
                "/v1/runs/\(id)/fork",
                body: .object(body),
                file: body["file"]?.stringValue ?? ""
            )
        } catch ClientError.refused(let problem) where !problem.faults.isEmpty {
            throw ClientError.invalidWorkflow(faults: problem.faults, source: source)
        }
    }

    /// A page of the recorded steps of a job.
    ///
    /// - Parameter after: What the page before gave as `next`; nil for the first one.
    func transcript(of id: RunID, job: String, after: String?, limit: Int) async throws -> JSONValue {
        try await get("/v1/runs/\(id)/transcript", [("job", job), ("after", after), ("limit", String(limit))])
    }

    /// The workflow file of a run.
    func workflow(of id: RunID) async throws -> JSONValue { try await get("/v1/runs/\(id)/workflow") }

    func sendEvent(_ body: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/events", body: .object(body))
    }

    func events(name: String?, key: String?, limit: Int) async throws -> JSONValue {
        try await get("/v1/events", [("name", name), ("key", key), ("limit", String(limit))])
    }

    func workers() async throws -> JSONValue { try await get("/v1/workers") }

    func queues() async throws -> JSONValue { try await get("/v1/queues") }

    /// The budgets of teams and connections, or those of a run and its jobs.
    func budgets(of run: RunID?) async throws -> JSONValue {
        try await get("/v1/budgets", [("run", run.map { "\($0)" })])
    }

    /// Sets a budget, or removes it.
    func budget(_ method: String, _ body: JSONObject) async throws -> JSONValue {
        try await send(method, "/v1/budgets", body: .object(body))
    }

    func costs(by grouping: String, from: String?, to: String?, team: String?) async throws -> JSONValue {
        try await get("/v1/costs", [("by", grouping), ("from", from), ("to", to), ("team", team)])
    }

    func prices() async throws -> JSONValue { try await get("/v1/prices") }

    /// Sets a price, or removes those of a model.
    func price(_ method: String, _ body: JSONObject) async throws -> JSONValue {
        try await send(method, "/v1/prices", body: .object(body))
    }

    /// Returns once the scheduler says that it is ready.
    ///
    /// - Throws: `ClientError` when it is not.
    func checkReady() async throws { _ = try await answer("GET", "/readyz", body: nil, file: "") }

    func get(_ path: String, _ query: [(String, String?)] = []) async throws -> JSONValue {
        let given = query.compactMap { key, value in value.map { key + "=" + Self.encoded($0) } }
        return try await send("GET", given.isEmpty ? path : path + "?" + given.joined(separator: "&"), body: nil)
    }

    func send(
        _ method: String,
        _ target: String,
        body: JSONValue?,
        file: String = ""
    ) async throws -> JSONValue {
        let bytes = try await answer(method, target, body: body, file: file)
        do {
            return try JSONValue(parsing: bytes, deepest: JSONValue.maximumKeptDepth)
        } catch {
            throw ClientError.notChassis(address: endpoint.address, reason: "\(error)")
        }
    }

    private func answer(
        _ method: String,
        _ target: String,
        body: JSONValue?,
        file: String
    ) async throws -> [UInt8] {
        var request = HTTPRequest(method: method, url: endpoint.address + target, body: body?.encoded())
        request.headers["Accept"] = "application/json, application/problem+json"
        if body != nil { request.headers["Content-Type"] = "application/json" }
        if let token = endpoint.token { request.headers["Authorization"] = "Bearer " + token }
        request.connectTimeout = .seconds(5)
        request.totalTimeout = .seconds(60)
        let response: HTTPResponse
        do {
            response = try await client.send(request, maximumBytes: Self.maximumBytes)
        } catch let error as HTTPTransportError {
            throw Self.fault(error, address: endpoint.address, mayBeDone: method != "GET")
        }
        guard (200..<300).contains(response.status) else {
            guard response.status >= 400 else {
                throw ClientError.notChassis(address: endpoint.address, reason: "HTTP status \(response.status)")
            }
            let problem = Problem(status: response.status, body: response.body, file: file)
            // A scheduler always says why; without a code this is the answer of something else.
            guard problem.code.isEmpty else { throw ClientError.refused(problem) }
            let reason = "HTTP status \(response.status)"
            guard Self.gatewayStatuses.contains(response.status) else {
                throw ClientError.notChassis(address: endpoint.address, reason: reason)
            }
            throw method == "GET"
                ? ClientError.unreachable(address: endpoint.address, reason: reason)
                : ClientError.unanswered(address: endpoint.address, reason: reason)
        }
        return response.body
    }

    /// What it means that there is no answer.
    ///
    /// - Parameter mayBeDone: Whether a request that arrived may have changed something.
    static func fault(_ error: HTTPTransportError, address: String, mayBeDone: Bool = false) -> ClientError {
        switch error {
        case .malformedResponse, .tooManyRedirects: .notChassis(address: address, reason: "\(error)")
        case .tooLarge: .largeAnswer(address: address, reason: "\(error)")
        case _ where mayBeDone && error.requestMayHaveArrived: .unanswered(address: address, reason: "\(error)")
        default: .unreachable(address: address, reason: "\(error)")
        }
    }

    /// The value as it may stand in a query or a path.
    static func encoded(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
