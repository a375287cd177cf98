import HTTPTransport
import JobModel

/// Where the model of the connection `model` is reached.
struct ModelEndpoint: Equatable, Sendable {
    /// Such as `https://api.openai.com/v1`.
    let url: String
    /// The member of the connections file that holds the key, such as `key_env`, and its value; nil for no key.
    let key: Key?
    /// The name of the model.
    let model: String

    struct Key: Equatable, Sendable {
        let member: String
        let value: String
    }

    /// The prices of models that are known here, in dollars for a million tokens.
    static let prices: [String: (input: Double, cachedInput: Double, output: Double)] = [
        "gpt-4o": (2.50, 1.25, 10.00), "gpt-4o-mini": (0.15, 0.075, 0.60), "scripted-analyst": (2.50, 1.25, 10.00),
    ]

    /// The first model that a server lists.
    ///
    /// - Throws: `.dev` when it lists none.
    static func firstModel(at url: String, key: String?) async throws -> String {
        var request = HTTPRequest(url: url + "/models")
        if let key { request.headers["Authorization"] = "Bearer " + key }
        request.totalTimeout = .seconds(10)
        let wayOut = "check --model-url, or name the model with --model"
        do {
            let response = try await HTTPClient.shared.send(request, maximumBytes: 1 << 20)
            guard response.status == 200 else {
                throw ClientError.dev(what: "\(url)/models answers with status \(response.status)", wayOut: wayOut)
            }
            let models = try JSONValue(parsing: response.body).list("data")
            guard let name = models.first?["id"]?.stringValue else {
                throw ClientError.dev(what: "\(url)/models lists no model", wayOut: wayOut)
            }
            return name
        } catch let error as HTTPTransportError {
            throw ClientError.dev(what: "the model server at \(url): \(error)", wayOut: wayOut)
        } catch let error as JSONParseError {
            throw ClientError.dev(what: "\(url)/models: \(error)", wayOut: wayOut)
        }
    }
}
