import HTTPTransport
import JobModel
import Models
import TestSupport
import Testing
import Tools
import Workflow

/// Arguments that stand in the path of an operation.
@Suite(.timeLimit(.minutes(3))) struct OpenAPIPathTests {
    private static let pets = """
        openapi: 3.0.3
        info: {title: Pets, version: "1"}
        paths:
          /pets/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {}}
            get: {operationId: getPet}
            delete: {operationId: deletePet}
        """

    private func tool(_ name: String, _ base: String) async throws -> any Tool {
        var selection = OpenAPISelection()
        selection.effect = .once
        let source = OpenAPIToolSource(
            OpenAPIService(name: "pets", document: .text(Self.pets), base: base, policy: .any),
            selection,
            documents: OpenAPIDocuments()
        )
        return try #require(source.tools(in: try await source.list()).first { $0.definition.name == name })
    }

    private func requests(_ tag: String) async throws -> Int? {
        let url = await ScriptedServer.shared.requestsURL(tag)
        return try JSONValue(parsing: try await HTTPClient.shared.send(HTTPRequest(url: url)).body).arrayValue?.count
    }

    @Test(arguments: ["../users/5", "..\\users", "x/../../users", "..", "", [], ["", ""], .null] as [JSONValue])
    func anArgumentThatNamesSomethingElseIsNotSent(_ id: JSONValue) async throws {
        let scratch = Scratch()
        let tag = ScriptedServer.shared.newTag()
        let base = await ScriptedServer.shared.url([.response("200 OK")], tag: tag)
        let output = try await tool("deletePet", base).call(
            ["id": id],
            ToolContext(idempotencyKey: "k", scratchDirectory: scratch.path)
        )
        #expect(output.isError && output.text.contains("nothing was sent"), "\(output.text)")
        #expect(try await requests(tag) ?? 0 == 0)
    }

    @Test func whatAnOperationDidThatWasAnsweredWithARedirectIsUnknown() async throws {
        let scratch = Scratch()
        let tag = ScriptedServer.shared.newTag()
        let redirect = ScriptedServer.Step.response("302 Found", ["Location: https://example.com/"])
        let tool = try await tool("getPet", await ScriptedServer.shared.url([redirect], tag: tag))
        let error = await #expect(throws: ToolsError.self) {
            try await tool.call(["id": 1], ToolContext(idempotencyKey: "k", scratchDirectory: scratch.path))
        }
        #expect(error?.nothingHappened == false)
        #expect(try await requests(tag) == 1)
    }
}
