import ChassisWorker
import FoundationEssentials
import Glibc

/// A worker with handlers and tools of its own, as a user builds one, that tests start and kill.
@main struct CodeWorker {
    struct Input: Codable {
        /// Where a line is written for each thing that is done.
        var notes: String
        var tag: String
        /// What charging does when it is repeated.
        var once: Bool?
    }

    struct Charge: Codable {
        var customer: String
        var amount: Int
        var at: Date
    }

    struct Score: Codable {
        var word: String
        var report: String
        var charged: Int
        var pages: [String]
        var publishedBy: [String]
    }

    struct Note: Codable {
        var item: String
    }

    static func main() async {
        var worker = Worker()
        worker.handler("score", score)
        worker.handler("hold", hold)
        worker.handler("confused", confused)
        worker.handler("cancelled", cancelled)
        worker.handler("authors", authors)
        worker.handler("unpaid", unpaid)
        worker.handler("unanswerable", unanswerable)
        worker.tool("note", description: "Writes a note.", effect: .idempotent) { (note: Note, call) in
            // The tests know where.
            let path = ProcessInfo.processInfo.environment["CHASSIS_TEST_NOTES"] ?? "/dev/null"
            write("note \(note.item) \(call.idempotencyKey)", to: path)
            return "noted"
        }
        await worker.run()
    }

    /// Everything that a handler may do, one after the other.
    private static func score(_ input: Input, _ context: JobContext) async throws -> Score {
        let customer = try await context.step("fetch") {
            write("fetch", to: input.notes)
            return "ann"
        }
        let charge = try await context.step("charge", effect: input.once == true ? .once : .idempotent) { step in
            write("charge \(step.idempotencyKey)", to: input.notes)
            return Charge(customer: customer, amount: 42, at: Date())
        }
        let word = try await context.model("model/scripted", prompt: "say a word [run:\(input.tag)]")
        var pages: [String] = []
        for number in 1...2 {
            pages.append(
                try await context.step("page") {
                    write("page \(number)", to: input.notes)
                    return "page \(number)"
                }
            )
        }
        let report = try await context.agent(
            "model/scripted",
            prompt: "go through the items [run:\(input.tag)]",
            tools: [.tool("note")]
        )
        try await context.sleep(for: .milliseconds(300), name: "nap")
        async let left = context.step("left") { "l" }
        async let right = context.step("right") { "r" }
        let sides = try await left + right
        let decision = try await context.approval("publish", message: "publish \(word)?", show: ["sides": sides])
        guard decision.isApproved else { throw JobError("denied: \(decision.reason ?? "")", isPermanent: true) }
        try await context.step("announce", effect: .idempotent) { step in
            write("announce \(step.idempotencyKey)", to: input.notes)
        }
        return Score(
            word: word,
            report: report,
            charged: charge.amount,
            pages: pages,
            publishedBy: decision.by
        )
    }

    /// Stays in its second step until a file is there.
    private static func hold(_ input: Input, _ context: JobContext) async throws -> Int {
        try await context.step("first") { write("first", to: input.notes) }
        try await context.step("second") {
            write("second", to: input.notes)
            do {
                while access(input.notes + ".go", F_OK) != 0 { try await Task.sleep(for: .milliseconds(10)) }
            } catch {
                write("cancelled", to: input.notes)
                throw error
            }
        }
        try await context.step("third") { write("third", to: input.notes) }
        return context.attempt
    }

    /// Says that it was cancelled, which it was not.
    private static func cancelled(_ input: Input, _ context: JobContext) async throws -> Int {
        write("cancelled", to: input.notes)
        throw CancellationError()
    }

    /// Breaks the rule of names.
    private static func confused(_ input: Input, _ context: JobContext) async throws -> Int {
        async let one = context.step("same") { 1 }
        async let other = context.step("same") { 2 }
        return try await one + other
    }

    /// Catches what its own step has thrown.
    private static func unpaid(_ input: Input, _ context: JobContext) async throws -> String {
        do {
            return try await context.step("pay", effect: .once) { () -> String in
                throw JobError("the account has too little", nothingHappened: true)
            }
        } catch let error as JobError {
            return "\(error.message), \(error.nothingHappened), attempt \(context.attempt)"
        }
    }

    /// Asks with a form that no answer can be checked against.
    private static func unanswerable(_ input: Input, _ context: JobContext) async throws -> String {
        let form = try Schema(json: #"{"type": "object", "properties": {"a": {"pattern": "(?=a)b"}}}"#)
        do {
            return "\(try await context.approval("ask", message: "well?", form: form).isApproved)"
        } catch let error as JobError {
            return error.code
        }
    }

    /// Two agents with files, one after the other.
    private static func authors(_ input: Input, _ context: JobContext) async throws -> [String] {
        var said: [String] = []
        for author in ["first", "second"] {
            said.append(
                try await context.agent(
                    "model/scripted",
                    prompt: "you are the \(author) author [run:\(input.tag)]",
                    tools: [AgentTool(json: #"{"files": {}}"#)]
                )
            )
        }
        return said
    }

    private static func write(_ line: String, to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { fatalError("\(path) cannot be written") }
        defer { close(descriptor) }
        _ = Array((line + "\n").utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
