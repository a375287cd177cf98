/// Which model the example talks to.
enum ModelChoice: Equatable, Sendable {
    /// Plays recorded turns; says so itself.
    case scripted
    /// OpenAI, with the key in `OPENAI_API_KEY`.
    case openAI(model: String)
    /// Any server that speaks Chat Completions; without a name the first of its list is taken.
    case server(url: String, keyFile: String?, model: String?)

    /// The model of OpenAI that is taken when none is named.
    static let usualModel = "gpt-4o"

    /// What the options and the environment say.
    ///
    /// - Throws: `.usage` when a key or a model is named without a place to use it.
    init(url: String?, keyFile: String?, model: String?, environment: [String: String]) throws(ClientError) {
        if let url {
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
                throw .usage("--model-url is no http address: '\(url)'; it looks like http://127.0.0.1:11434/v1")
            }
            self = .server(url: url, keyFile: keyFile, model: model)
        } else if keyFile != nil {
            throw .usage("--model-key-file goes with --model-url")
        } else if let key = environment["OPENAI_API_KEY"], !key.isEmpty {
            self = .openAI(model: model ?? Self.usualModel)
        } else if model != nil {
            throw .usage("--model names a model of --model-url or of OpenAI, whose key is looked for in OPENAI_API_KEY")
        } else {
            self = .scripted
        }
    }
}
