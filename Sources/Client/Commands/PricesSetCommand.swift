import ArgumentParser
import JobModel

/// The subcommand `prices set`.
struct PricesSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set what a model's tokens cost, in dollars for a million."
    )

    @OptionGroup var model: ModelArgument

    @Option(name: .long, help: "Tokens of requests, such as 2.50.") var input: String
    @Option(name: .long, help: "Tokens of answers.") var output: String
    @Option(name: .long, help: "Tokens of requests that are read from a cache; else as --input.") var cachedInput:
        String?
    @Option(name: .long, help: "Tokens of requests that are written to a cache; else as --input.") var cacheWrite:
        String?
    @Option(name: .long, help: "Tokens of answers that are reasoning; else as --output.") var reasoning: String?
    @Option(name: .customLong("batch"), help: "What a call in a batch costs, in percent.") var batchPercent: Int?
    @Option(name: .customLong("max-output"), help: "The longest answer, in tokens.") var maximumOutput: Int?
    @Option(name: .long, help: "The most tokens of a request.") var context: Int?
    @Option(name: .long, help: "The most tokens of an image.") var tokensPerImage: Int?
    @Option(name: .long, help: "From this time on, such as 2026-07-01T00:00:00Z; else from now.") var from: String?

    @OptionGroup var why: ReasonOption
    @OptionGroup var options: SchedulerOptions

    private var rates: [(key: String, text: String?)] {
        [
            ("input", input), ("output", output), ("cached_input", cachedInput), ("cache_write", cacheWrite),
            ("reasoning", reasoning),
        ]
    }

    func validate() throws {
        for (key, text) in rates where text.map({ MicroDollars(dollars: $0) == nil }) ?? false {
            throw ValidationError(
                "--\(key.replacing("_", with: "-")) is no price; write dollars for a million tokens, such as 2.50"
            )
        }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        var price: JSONObject = [:]
        for (key, text) in rates {
            price[key] = text.flatMap { MicroDollars(dollars: $0) }.map { .integer($0.rawValue) }
        }
        for (key, count) in [
            ("batch_percent", batchPercent), ("maximum_output", maximumOutput), ("context", context),
            ("tokens_per_image", tokensPerImage),
        ] {
            price[key] = count.map { .integer(Int64($0)) }
        }
        var members = model.members
        members["reason"] = why.members["reason"]
        members["price"] = .object(price)
        members["from"] = from.map { .string($0) }
        let answer = try await options.api(invocation).price("PUT", members)
        options.show(
            PricesTable.lines(answer.list("prices"), now: .now, width: invocation.output.width),
            json: answer,
            invocation
        )
        return .success
    }
}
