import ArgumentParser
import JobModel

/// A model of which a price is meant.
struct ModelArgument: ParsableArguments {
    @Argument(help: "The model, as CONNECTION/MODEL, or with a kind of provider such as openai in front.")
    var model: String

    func validate() throws {
        guard parts.count == 2 else { throw ValidationError("\"\(model)\" names no model; write connection/model") }
    }

    /// The members of a request that name it.
    var members: JSONObject { ["provider": .string(parts[0]), "model": .string(parts[1])] }

    private var parts: [String] { model.split(separator: "/", maxSplits: 1).map(String.init) }
}
