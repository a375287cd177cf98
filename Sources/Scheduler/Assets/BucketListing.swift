import Digests
import HTTPTransport
import JobModel
import Settings

/// What a bucket holds under a prefix, by the requests of S3 (`ListObjectsV2`), page by page.
struct BucketListing: Sendable {
    private static let maximumBytes = 8 << 20
    /// How many pages a list may have; all but the last hold objects, or what is shown as directories.
    private static let mostPages = 10_000

    let bucket: AssetSource.Bucket
    let client: HTTPClient
    /// The time in seconds since 1970, by which requests are signed.
    let now: @Sendable () async throws -> Int64

    /// Lists the objects.
    func objects(limit: Int) async throws -> [ListedObject] {
        var found: [ListedObject] = []
        var token: String?
        var tokens: Set<String> = []
        repeat {
            let page = try await page(behind: token)
            found += page.objects
            guard found.count <= limit else {
                throw AssetSourceError.tooMany(path: "\(bucket.name)/\(bucket.prefix)", limit: limit)
            }
            token = page.next
            if let token, !tokens.insert(token).inserted || tokens.count >= Self.mostPages {
                throw AssetSourceError.endless(pages: tokens.count)
            }
        } while token != nil
        return found
    }

    private func page(behind token: String?) async throws -> BucketPage {
        var query = [("encoding-type", "url"), ("list-type", "2"), ("prefix", bucket.prefix)]
        if let token { query.append(("continuation-token", token)) }
        let text = query.map { "\($0.0)=\(AWSSigner.encoded($0.1))" }.joined(separator: "&")
        var request = HTTPRequest(url: "\(bucket.endpoint)/\(bucket.name)?\(text)")
        request.totalTimeout = .seconds(60)
        if let keys = bucket.access.keys {
            request.headers["X-Amz-Content-Sha256"] = SHA256.digest(of: [UInt8]()).hex
            AWSSigner(
                keyID: keys.id,
                secretKey: keys.secret,
                sessionToken: keys.sessionToken,
                region: bucket.access.region,
                service: "s3"
            ).sign(&request, at: try await now())
        }
        let response = try await client.send(request, maximumBytes: Self.maximumBytes)
        let body = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else {
            throw AssetSourceError.refused(status: response.status, reason: BucketPage.reason(in: body))
        }
        return try BucketPage(body, bucket: bucket)
    }
}
