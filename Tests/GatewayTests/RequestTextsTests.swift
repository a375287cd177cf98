import Checkpoints
import JobModel
import TestSupport
import Testing

@testable import Gateway

@Suite struct RequestTextsTests {
    private func body(_ turns: Int, model: String = "m") -> JSONObject {
        var messages: [JSONValue] = [["role": "user", "content": "go"]]
        for turn in 0..<turns {
            messages.append(["role": "assistant", "content": .string(String(repeating: "a\(turn) ", count: 200))])
            messages.append(["role": "tool", "content": .string(String(repeating: "r\(turn) ", count: 200))])
        }
        return ["model": .string(model), "tools": ["t1", "t2"], "messages": .array(messages)]
    }

    /// Puts a request together again from what was kept.
    private func rebuilt(_ text: JSONValue, _ kept: [String: JSONValue]) -> JSONObject {
        let base = text["after"]?.stringValue.flatMap { kept[$0] }.map { rebuilt($0, kept) } ?? [:]
        var body = text["fields"]?.objectValue ?? base
        let earlier = base["messages"]?.arrayValue ?? []
        guard let list = text["list"]?.arrayValue else {
            body["messages"] = .array(earlier + (text["added"]?.arrayValue ?? []))
            return body
        }
        body["messages"] = .array(
            list.flatMap { piece in
                if let added = piece["added"]?.arrayValue { return added }
                let from = Int(piece["from"]?.integerValue ?? -1)
                return Array(earlier[from..<from + Int(piece["count"]?.integerValue ?? -1)])
            }
        )
        return body
    }

    @Test func keepsEachMessageOnceAndLosesNothing() throws {
        var texts = RequestTexts()
        var kept: [String: JSONValue] = [:]
        var byteCount = 0
        for turn in 0..<100 {
            let (text, outline) = texts.delta(of: body(turn), .chat)
            let position = try #require(StepPosition("gateway/openai#\(turn + 1)"))
            texts.add(position, outline)
            kept[position.description] = text
            byteCount += text.encoded().count
            #expect(rebuilt(text, kept) == body(turn))
        }
        // Kept whole, the requests have 7 MB.
        #expect(byteCount < 200_000, "\(byteCount)")
    }

    /// Keeps calls whose messages another does not simply go on with; returns how many bytes they take.
    private func bytes(of calls: [[JSONValue]], sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        var texts = RequestTexts()
        var kept: [String: JSONValue] = [:]
        for (number, messages) in calls.enumerated() {
            let body: JSONObject = ["model": "m", "tools": ["t1", "t2"], "messages": .array(messages)]
            let (text, outline) = texts.delta(of: body, .messages)
            let position = try #require(StepPosition("gateway/anthropic#\(number + 1)"))
            texts.add(position, outline)
            kept[position.description] = text
            #expect(rebuilt(text, kept) == body, sourceLocation: sourceLocation)
            let ending = RequestTexts.ending(of: text)
            #expect(ending == messages.suffix(ending.count), sourceLocation: sourceLocation)
        }
        return kept.values.reduce(0) { $0 + $1.encoded().count }
    }

    private func message(_ number: Int, isMarked: Bool = false) -> JSONValue {
        var part: JSONObject = ["type": "text", "text": .string(String(repeating: "m\(number) ", count: 400))]
        if isMarked { part["cache_control"] = ["type": "ephemeral"] }
        return ["role": number.isMultiple(of: 2) ? "user" : "assistant", "content": [.object(part)]]
    }

    /// Programs that have Anthropic cache their conversation mark its last messages.
    @Test(arguments: 1...2) func aMarkThatMovesDoesNotHaveAllKeptAgain(marks: Int) throws {
        let calls = (1...100).map { call in
            (0..<2 * call).map { message($0, isMarked: $0 >= 2 * (call - marks) && !$0.isMultiple(of: 2)) }
        }
        let byteCount = try bytes(of: calls)
        // Kept whole they have 16 MB; the messages once have 320 KB, and each is written with its mark and without.
        #expect(byteCount < 700_000, "\(byteCount)")
    }

    @Test func aBeginningThatIsCutOffDoesNotHaveTheRestKeptAgain() throws {
        let calls = (1...100).map { call in (max(0, 2 * call - 40)..<2 * call).map { message($0) } }
        let byteCount = try bytes(of: calls)
        #expect(byteCount < 500_000, "\(byteCount)")
    }

    /// Models often say the same again.
    @Test func equalAnswersDoNotHaveAConversationCutUp() throws {
        let calls = (1...100).map { call in (0..<2 * call).map { message($0.isMultiple(of: 2) ? $0 : 1) } }
        let byteCount = try bytes(of: calls)
        // The questions once have 160 KB.
        #expect(byteCount < 200_000, "\(byteCount)")
    }

    /// Several conversations at once, each with its own messages behind the same first one; some go back and on another way.
    @Test(arguments: 1...5 as ClosedRange<UInt64>) func losesNothingWhateverIsAsked(seed: UInt64) throws {
        print("requests by chance: seed \(seed)")
        var chance = SeededGenerator(seed: seed)
        var talks: [[JSONValue]] = [[message(0)], [message(0)], []]
        var calls: [[JSONValue]] = []
        for _ in 0..<80 {
            let talk = Int.random(in: 0..<talks.count, using: &chance)
            switch Int.random(in: 0..<8, using: &chance) {
            case 0 where !talks[talk].isEmpty: talks[talk].removeLast()
            case 1 where !talks[talk].isEmpty: talks[talk].removeFirst()
            case 2: talks[talk].shuffle(using: &chance)
            case 3: talks[talk] += talks[talk].suffix(2)
            default: talks[talk].append(message(Int.random(in: 0..<30, using: &chance)))
            }
            calls.append(talks[talk])
        }
        _ = try bytes(of: calls)
    }

    /// What is compared where tools return something else.
    @Test func endsWithWhatIsNew() throws {
        var texts = RequestTexts()
        let first: JSONObject = ["messages": .array([message(0), message(1, isMarked: true)])]
        let (whole, outline) = texts.delta(of: first, .messages)
        #expect(RequestTexts.ending(of: whole) == [message(0), message(1, isMarked: true)])
        texts.add(try #require(StepPosition("gateway/anthropic#1")), outline)
        let moved: [JSONValue] = [message(0), message(1), message(2), message(3, isMarked: true)]
        let (next, _) = texts.delta(of: ["messages": .array(moved)], .messages)
        #expect(RequestTexts.ending(of: next) == Array(moved.suffix(3)))
        let (same, _) = texts.delta(of: first, .messages)
        #expect(RequestTexts.ending(of: same).isEmpty)
    }

    @Test func keepsFieldsThatChange() throws {
        var texts = RequestTexts()
        let (first, outline) = texts.delta(of: body(2), .chat)
        // As a later attempt knows it.
        texts.add(try #require(StepPosition("gateway/openai#1")), outline.end)
        let (second, _) = texts.delta(of: body(3, model: "n"), .chat)
        #expect(rebuilt(second, ["gateway/openai#1": first]) == body(3, model: "n"))
        #expect(second["fields"]?["model"] == "n")
    }
}
