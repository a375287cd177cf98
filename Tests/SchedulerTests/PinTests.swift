import JobModel
import Storage
import Testing

/// Workflows whose new runs take a certain version.
@Suite struct PinTests {
    /// A file that is told from others by its job, with a trigger of each kind.
    private static func file(_ job: String) -> JSONValue {
        let source = """
            name: w
            triggers: [{every: 1h}, {event: e}]
            jobs: {\(job): {command: [x]}}
            """
        return ["workflow": .string(source), "file": "w.yaml"]
    }

    private static func deploy(_ scene: APIScene, _ job: String) async throws -> JSONValue {
        let answer = try await scene.post("/v1/workflows", ["files": [file(job)]])
        #expect(answer.status == 200, "\(answer)")
        return answer.json["workflows"]?.arrayValue?.first ?? .null
    }

    /// The versions that a schedule, an event, a submission by name and a child run would take.
    private static func taken(_ scene: APIScene) async throws -> [JSONValue?] {
        let source = try await ChildStore(scene.pool).source(of: "w", version: nil) ?? ""
        let triggers = try await scene.get("/v1/triggers").json["triggers"]?.arrayValue ?? []
        return [
            try await scene.post("/v1/schedules/w/every/trigger").json["version"], triggers.first?["version"],
            try await scene.post("/v1/runs", ["name": "w"]).json["version"],
            source.contains("{a:") ? 1 : source.contains("{b:") ? 2 : 3,
        ]
    }

    @Test func newRunsTakeThePinnedVersion() async throws {
        try await APIScene.play { scene async throws in
            for job in ["a", "b"] { _ = try await Self.deploy(scene, job) }
            #expect(try await Self.taken(scene) == [2, 2, 2, 2])
            let pinned = try await scene.post("/v1/workflows/w/pin", ["version": 1, "reason": "b is broken"])
            #expect(pinned.json == ["workflow": "w", "version": 1, "pinned": true], "\(pinned)")
            #expect(try await Self.taken(scene) == [1, 1, 1, 1])
            // Whatever is deployed, or submitted by its file.
            let third = try await Self.deploy(scene, "c")
            #expect(third == ["name": "w", "change": "pinned", "version": 1, "kept_version": 3])
            #expect(try await Self.deploy(scene, "a")["change"] == "unchanged")
            #expect(try await scene.post("/v1/runs", Self.submission("c")).json["version"] == 3)
            #expect(try await scene.post("/v1/runs", ["name": "w", "version": 2]).json["version"] == 2)
            #expect(try await Self.taken(scene) == [1, 1, 1, 1])
            let versions = try await scene.get("/v1/workflows/w/versions").json["versions"]?.arrayValue ?? []
            #expect(versions.map { $0["version"] } == [3, 2, 1])
            #expect(versions.map { $0["pinned"] } == [false, false, true])
            #expect(versions.map { $0["last_run"]?.isNull } == [false, false, false])
            #expect(try await scene.post("/v1/workflows/w/unpin").json["version"] == 3)
            #expect(try await Self.taken(scene) == [3, 3, 3, 3])
            let acts = try await scene.get("/v1/audit").json["audit"]?.arrayValue ?? []
            let noted = acts.filter { $0["action"] == "workflow.pin" }
            #expect(noted.map { $0["reason"] } == ["b is broken"], "\(acts)")
        }
    }

    private static func submission(_ job: String) -> JSONValue { ["workflow": file(job)["workflow"] ?? .null] }

    /// The schedule goes on where it was: what is due next does not change with the version.
    @Test func aPinLeavesDueTimesAlone() async throws {
        try await APIScene.play { scene async throws in
            for job in ["a", "b"] { _ = try await Self.deploy(scene, job) }
            let before = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue?.first
            #expect(try await scene.post("/v1/workflows/w/pin", ["version": 1]).status == 200)
            let after = try await scene.get("/v1/schedules").json["schedules"]?.arrayValue?.first
            #expect(after?["version"] == 1)
            #expect(after?["next_due_at"] == before?["next_due_at"])
        }
    }

    @Test func saysWhatCannotBePinned() async throws {
        try await APIScene.play { scene async throws in
            #expect(try await scene.post("/v1/workflows/w/pin").code == "workflow-not-found")
            #expect(try await scene.get("/v1/workflows/w/versions").code == "workflow-not-found")
            _ = try await scene.post("/v1/runs", Self.submission("a"))
            #expect(try await scene.post("/v1/workflows/w/pin").code == "workflow-not-deployed")
            _ = try await Self.deploy(scene, "a")
            #expect(try await scene.post("/v1/workflows/w/pin", ["version": 2]).code == "workflow-not-found")
            #expect(try await scene.post("/v1/workflows/w/pin", ["version": 0]).code == "bad-request")
            #expect(try await scene.post("/v1/workflows/w/unpin").code == "not-pinned")
            // The one that is deployed, where no version is named.
            #expect(try await scene.post("/v1/workflows/w/pin").json["version"] == 1)
            // A workflow that is taken out of the deployed ones is pinned no more.
            _ = try await scene.post("/v1/workflows", ["files": [], "prune": true])
            #expect(try await scene.post("/v1/workflows/w/unpin").code == "workflow-not-deployed")
            #expect(try await Self.deploy(scene, "b")["change"] == "new")
        }
    }
}
