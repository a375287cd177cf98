import JobModel
import TestSupport
import Testing

@testable import Scheduler
@testable import Settings

/// Files with secrets: what is signed with nothing, anybody can sign.
@Suite struct SecretFileTests {
    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let directory = TestFiles.makeDirectory("secrets")
        defer { TestFiles.remove(directory) }
        TestFiles.write(text, to: directory + "/secret")
        try body(directory)
    }

    @Test(arguments: ["", "\n", " \n\t\n"]) func anEmptySecretOfAWebhookIsRefused(_ text: String) throws {
        try Self.withFile(text) { directory throws in
            TestFiles.write(
                "webhooks:\n  github: {form: github, secret_file: \(directory)/secret}\n",
                to: directory + "/webhooks.yaml"
            )
            let error = #expect(throws: SettingsFaults.self) {
                try WebhooksFile.read(directory + "/webhooks.yaml", environment: [:])
            }
            #expect(error?.faults.first?.reason.hasSuffix(":2:39: \(directory)/secret: the file holds nothing") == true)
        }
    }

    @Test(arguments: ["key_file: PATH", "key_env: BLANK", "key: ' '"])
    func anEmptyKeyIsRefused(_ key: String) throws {
        try Self.withFile("\n") { directory throws in
            let path = directory + "/connections.yaml"
            let key = key.replacing("PATH", with: directory + "/secret")
            TestFiles.write("connections:\n  c: {kind: openai, \(key)}\n", to: path)
            #expect(throws: SettingsFaults.self) { try ConnectionsFile.read(path, environment: ["BLANK": " "]) }
        }
    }

    @Test func anEmptySecretOfWhatIsToldIsRefused() throws {
        try Self.withFile("\n") { directory throws in
            let settings = try SchedulerSettings(
                flags: [
                    "postgres": "postgresql://h/d", "store": "/s", "webhook": "https://example.com/",
                    "webhook-secret-file": directory + "/secret",
                ],
                environment: [:]
            )
            #expect(throws: InputFileError.empty) { try Webhook(settings) }
        }
    }

    @Test func aSecretIsReadWithoutItsLineBreak() throws {
        try Self.withFile("s3cret\n") { directory throws in
            let path = directory + "/webhooks.yaml"
            TestFiles.write("webhooks:\n  g: {form: github, secret_file: \(directory)/secret}\n", to: path)
            #expect(try WebhooksFile.read(path, environment: [:])["g"]?.secret == Secret("s3cret"))
        }
    }
}
