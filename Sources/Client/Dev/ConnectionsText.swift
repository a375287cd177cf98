import JobModel

/// The connections file that the workers of `chassis dev` get.
enum ConnectionsText {
    /// The file: the database of the example's data as `warehouse`, the model as `model`.
    static func text(warehouse: String, model: ModelEndpoint?) -> String {
        var lines = ["connections:", "  warehouse:", "    kind: postgres", "    url: \(quoted(warehouse))"]
        if let model {
            lines += ["  model:", "    kind: openai", "    url: \(quoted(model.url))"]
            if let key = model.key { lines.append("    \(key.member): \(quoted(key.value))") }
            if let price = ModelEndpoint.prices[model.model] {
                lines += [
                    "    prices:",
                    "      \(quoted(model.model)): {input: \(price.input), cached_input: \(price.cachedInput), "
                        + "output: \(price.output)}",
                ]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A JSON string is a YAML string too.
    private static func quoted(_ text: String) -> String { JSONValue.string(text).text() }
}
