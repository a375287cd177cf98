package import JobModel

/// A model's complete answer.
package struct ModelAnswer: Equatable, Sendable {
    /// What the model said.
    package var message: ModelMessage
    /// Why it stopped.
    package var stopReason: StopReason
    /// What it took; nil when the provider did not say.
    package var usage: TokenUsage?
    /// The model that answered, as the provider names it; it may be more exact than the one that was asked for.
    package var model: String
    /// The connection over which it came; nil when nobody noted it.
    package var connection: String?
    /// The provider's id for the answer; nil when it gave none.
    package var responseID: String?

    /// An answer made of its parts.
    package init(
        message: ModelMessage,
        stopReason: StopReason,
        usage: TokenUsage?,
        model: String,
        responseID: String?
    ) {
        self.message = message
        self.stopReason = stopReason
        self.usage = usage
        self.model = model
        self.responseID = responseID
    }

    /// The answer as it is kept in checkpoints.
    package var json: JSONValue {
        var object: JSONObject = ["message": message.json, "stop_reason": .string(stopReason.rawValue)]
        object["usage"] = usage?.json
        object["model"] = .string(model)
        object["connection"] = connection.map { .string($0) }
        object["response_id"] = responseID.map { .string($0) }
        return .object(object)
    }

    /// Reads what `json` wrote.
    package init(json: JSONValue) throws(ModelJSONError) {
        let reading = JSONReading(json, at: "answer")
        message = try ModelMessage(reading.member("message"))
        stopReason = try reading.member("stop_reason").choice()
        usage = nil
        if let read = reading.optional("usage") { usage = try TokenUsage(read) }
        model = try reading.member("model").string()
        connection = try reading.optional("connection")?.string()
        responseID = try reading.optional("response_id")?.string()
    }
}
