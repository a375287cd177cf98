import HTTPTransport
import JobModel

@testable import Client

/// What was submitted to a fake scheduler.
enum Submissions {
    /// The last submission.
    static func of(_ scheduler: FakeScheduler) async throws -> JSONValue {
        try await all(of: scheduler).last ?? .null
    }

    static func all(of scheduler: FakeScheduler) async throws -> [JSONValue] {
        var request = HTTPRequest(url: scheduler.address + "/v1/submissions")
        request.headers["Authorization"] = "Bearer good"
        let answer = try await HTTPClient.shared.send(request)
        return try JSONValue(parsing: answer.body).list("submissions")
    }
}
