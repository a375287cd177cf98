import Checkpoints
import JobModel
import Testing

@Suite struct FingerprintTests {
    /// Never to be changed: every checkpoint in the world would be orphaned.
    @Test func isPinned() {
        let first = Fingerprint(
            kind: .model,
            request: [
                "model": "openai/gpt-4o", "temperature": 0.5, "messages": [["role": "user", "content": "Héllo\n"]],
            ],
            after: nil
        )
        let call = Fingerprint(kind: .tool, request: ["name": "search", "arguments": ["limit": 3]], after: first)
        let second = Fingerprint(kind: .model, request: ["messages": []], after: first)
        #expect(first.hex == "59a0e89500deab56ce377518b5efed461633c4845bf2c865f9e6ac36bfdb2e2c")
        #expect(call.hex == "424dd32d3d304a31fa4fd65dd9ebd6b30376267f019026d159faf0c153dd1d2e")
        #expect(second.hex == "cab1aa20fc92dfed7bbedadbf2e1a90990f0417f42168acdaeeeb4a4b1490a87")
        #expect(
            Fingerprint(kind: .step, request: nil, after: nil).hex
                == "cb0eb7dbe481eb0099df8e2da4d4869e268a652f46f0fc26588eacaf55dd56bd"
        )
    }

    @Test func doesNotDependOnTheOrderOfKeys() {
        let one = Fingerprint(kind: .tool, request: ["a": 1, "b": ["c": true, "d": 2.0]], after: nil)
        let other = Fingerprint(kind: .tool, request: ["b": ["d": 2, "c": true], "a": 1], after: nil)
        #expect(one == other)
    }

    @Test func dependsOnEverythingElse() {
        let before = Fingerprint(kind: .model, request: ["turn": 1], after: nil)
        let fingerprints = [
            before,
            Fingerprint(kind: .model, request: ["turn": 2], after: nil),
            Fingerprint(kind: .tool, request: ["turn": 1], after: nil),
            Fingerprint(kind: .model, request: ["turn": 1], after: before),
            Fingerprint(kind: .model, request: ["turn": "1"], after: nil),
            // The kind and the request cannot be moved into each other.
            Fingerprint(kind: StepKind(rawValue: "model{"), request: ["turn": 1], after: nil),
        ]
        #expect(Set(fingerprints).count == fingerprints.count)
    }

    @Test func changesBehindAChangedPromptAndNowhereElse() {
        func chain(_ prompts: [String]) -> [Fingerprint] {
            var chain: [Fingerprint] = []
            for prompt in prompts {
                chain.append(Fingerprint(kind: .model, request: .string(prompt), after: chain.last))
            }
            return chain
        }
        let before = chain(["a", "b", "c", "d"])
        let after = chain(["a", "b", "changed", "d"])
        #expect(zip(before, after).map { $0 == $1 } == [true, true, false, false])
    }

    @Test func readsBackFromHex() {
        let fingerprint = Fingerprint(kind: .step, request: "x", after: nil)
        #expect(Fingerprint(hex: fingerprint.hex) == fingerprint)
        #expect(Fingerprint(hex: String(fingerprint.hex.dropLast())) == nil)
    }
}
