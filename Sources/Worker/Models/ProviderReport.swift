import JobModel

/// A provider's own account of an error.
struct ProviderReport: Equatable {
    /// The provider's word for the kind of error; nil when it has none.
    var type: String?
    /// How long it asks to be left alone, in Google's words; nil when it does not.
    var retryAfter: Duration?
    /// What it says to people; empty when it says nothing.
    var message: String

    /// Reads the body of an error response, whatever it is.
    init(body: [UInt8]) {
        do {
            let json = try JSONValue(parsing: body)
            // Google sends a list when it was asked for a stream.
            let document = json[0] ?? json
            self.init(error: document["error"] ?? document)
        } catch {
            // No JSON: a proxy's page, most likely.
            self.init(message: ModelExchange.excerpt(body))
        }
    }

    /// Reads the value of an `error` member: an object or a text.
    init(error: JSONValue) {
        message =
            error.stringValue ?? error["message"]?.stringValue ?? error["detail"]?.stringValue
            ?? error["Message"]?.stringValue ?? (error.isNull ? "" : error.text())
        // OpenAI's code is the more exact of the two, but others put the number of the status there.
        type = error["code"]?.stringValue ?? error["type"]?.stringValue ?? error["status"]?.stringValue
        retryAfter = (error["details"]?.arrayValue ?? []).lazy.compactMap { Self.delay($0["retryDelay"]) }.first
    }

    /// Reads `7s` or `0.25s`.
    private static func delay(_ value: JSONValue?) -> Duration? {
        guard let text = value?.stringValue, text.last == "s", let seconds = Double(text.dropLast()),
            seconds.isFinite
        else { return nil }
        return .seconds(min(max(0, seconds), 86400))
    }

    private init(message: String) { self.message = message }
}
