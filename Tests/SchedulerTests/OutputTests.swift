import Checkpoints
import Digests
import JobModel
import Storage
import Testing

@Suite struct OutputTests {
    @Test func theOutputOfTheRunIsThatOfItsLastJob() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            try await scene.end(try await scene.claim(), .succeeded(["rows": 3]))
            let early = try await scene.get("/v1/runs/\(id)/output")
            #expect(early.status == 409)
            #expect(early.code == "output-not-ready")
            try await scene.end(try await scene.claim(), .succeeded("done"))
            #expect(try await scene.get("/v1/runs/\(id)/output").json == "done")
            #expect(try await scene.get("/v1/runs/\(id)/output?job=extract").json == ["rows": 3])
            let missing = try await scene.get("/v1/runs/\(id)/output?job=none")
            #expect(missing.status == 404)
            #expect(missing.code == "job-not-found")
        }
    }

    @Test func severalLastJobsMakeAnObject() async throws {
        try await APIScene.play { scene async throws in
            let workflow = """
                name: fan
                jobs:
                  one: {command: [echo]}
                  two: {command: [echo]}
                  three: {command: [echo]}
                """
            let submitted = try await scene.post("/v1/runs", ["workflow": .string(workflow)])
            let id = try #require(submitted.json["id"]?.integerValue)
            let blob = try await scene.put(["large": true])
            try await scene.end(try await scene.claim(), .succeeded(1))
            try await scene.end(try await scene.claim(), .succeededWithBlob(blob))
            try await scene.end(try await scene.claim(), .failed(JobFailure(code: "exit-status", message: "1")))
            let answer = try await scene.get("/v1/runs/\(id)/output")
            #expect(answer.status == 200)
            #expect(answer.json == ["one": 1, "two": ["large": true], "three": nil])
        }
    }

    /// A scheduler holds no more of outputs at once than it may, and each is still had alone.
    @Test func outputsThatAreTooLargeTogetherAreReadJobByJob() async throws {
        try await APIScene.play { scene async throws in
            let workflow = "name: fan\njobs:\n  one: {command: [echo]}\n  two: {command: [echo]}\n"
            let id = try #require(
                try await scene.post("/v1/runs", ["workflow": .string(workflow)]).json["id"]?.integerValue
            )
            let blob = try await scene.put(.string(String(repeating: "x", count: 32 << 20)))
            try await scene.end(try await scene.claim(), .succeededWithBlob(blob))
            try await scene.end(try await scene.claim(), .succeeded(2))
            let answer = try await scene.get("/v1/runs/\(id)/output")
            #expect(answer.status == 422 && answer.code == "outputs-too-large", "\(answer.detail)")
            #expect(answer.detail.contains("job=NAME"), "\(answer.detail)")
            #expect(try await scene.get("/v1/runs/\(id)/output?job=two").json == 2)
        }
    }

    @Test func aJobWithoutAnOutputIsToldApart() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            try await scene.end(
                try await scene.claim(),
                .failed(JobFailure(code: "exit-status", message: "1", isPermanent: true))
            )
            let answer = try await scene.get("/v1/runs/\(id)/output?job=extract")
            #expect(answer.status == 404)
            #expect(answer.code == "output-not-found")
            #expect(answer.detail.contains("failed"))
        }
    }

    @Test func anOutputThatTheStoreLostIsDamaged() async throws {
        try await APIScene.play { scene async throws in
            let id = try await scene.submit()
            let lost = StoredBlob(digest: String(repeating: "0", count: 64), byteCount: 12)
            try await scene.end(try await scene.claim(), .succeededWithBlob(lost))
            let answer = try await scene.get("/v1/runs/\(id)/output?job=extract")
            #expect(answer.status == 500)
            #expect(answer.code == "output-damaged")
        }
    }
}

extension APIScene {
    /// Keeps an output in the store.
    fileprivate func put(_ output: JSONValue) async throws -> StoredBlob {
        let blob = try await store.putBlob(output.encoded())
        return StoredBlob(digest: blob.digest.hex, byteCount: blob.byteCount)
    }
}
