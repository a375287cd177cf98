import HTTPTransport
import JobModel
import Scheduler

/// What the API answered.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// The body as JSON; null when it is none.
    var json: JSONValue {
        // A body that is no JSON fails the test that looks into it.
        (try? JSONValue(parsing: body)) ?? .null
    }

    /// The stable code of a problem document; nil when this is none.
    var code: String? {
        guard headers["Content-Type"] == "application/problem+json", json["status"]?.integerValue == Int64(status)
        else { return nil }
        return json["code"]?.stringValue
    }

    var detail: String { json["detail"]?.stringValue ?? "" }

    static func send(
        _ method: String,
        _ path: String,
        to address: BoundAddress,
        token: String?,
        body: [UInt8]? = nil,
        headers fields: [String: String] = [:]
    ) async throws -> Answer {
        var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
        if let token { headers["Authorization"] = "Bearer \(token)" }
        let request = HTTPRequest(method: method, url: "http://\(address)\(path)", headers: headers, body: body)
        let response = try await HTTPClient.shared.send(request)
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }
}
