import JobModel

/// A provider's own account of an error.
struct ProviderReport: Equatable {
    /// The provider's word for the kind of error; nil when it has none.
    var type: String?
    /// What it says to people; empty when it says nothing.
    var message: String

    /// Reads the body of an error response, whatever it is.
    init(body: [UInt8]) {
        do {
            let json = try JSONValue(parsing: body)
            self.init(error: json["error"] ?? json)
        } catch {
            // No JSON: a proxy's page, most likely.
            self.init(message: ModelExchange.excerpt(body))
        }
    }

    /// Reads the value of an `error` member: an object or a text.
    init(error: JSONValue) {
        message =
            error.stringValue ?? error["message"]?.stringValue ?? error["detail"]?.stringValue
            ?? (error.isNull ? "" : error.text())
        // OpenAI's code is the more exact of the two, but others put the number of the status there.
        type = error["code"]?.stringValue ?? error["type"]?.stringValue
    }

    private init(message: String) { self.message = message }
}
