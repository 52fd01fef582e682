package io.github.k12sso.classlink.it.support.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A screenshot of a form in the admin console. It stores the form's fields, so that the provider's {@code FormPicturesTest}
 * detects outdated screenshots.
 */
public final class FormPicture {

    /** Length of signature (8 bytes) and header chunk (25 bytes) of a PNG file. */
    private static final int HEADER = 33;

    private static final String KEYWORD = "Form";

    private final JsonNode fields;
    private final Map<String, String> texts;

    /**
     * Takes screenshots of one form.
     *
     * @param fields the fields as Keycloak describes them to the console
     * @param texts the console's English texts
     */
    public FormPicture(JsonNode fields, Map<String, String> texts) {
        this.fields = fields;
        this.texts = texts;
    }

    /** Takes a screenshot of the window. */
    public void take(Chromium browser, String name) {
        Path picture = browser.screenshot(name);
        try {
            Files.write(picture, withText(Files.readAllBytes(picture)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The visible parts of each field, one field per line: name, label, type, default and options. */
    private String form() {
        StringBuilder form = new StringBuilder();
        for (JsonNode field : fields) {
            form.append(String.join(
                            " | ",
                            field.get("name").asText(),
                            texts.get(field.get("label").asText()),
                            field.get("type").asText(),
                            field.path("defaultValue").asText(""),
                            field.path("options").toString()))
                    .append('\n');
        }
        return form.toString();
    }

    private byte[] withText(byte[] png) throws IOException {
        byte[] chunk = ("tEXt" + KEYWORD + '\0' + form()).getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(chunk);
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(marked);
        out.write(png, 0, HEADER);
        out.writeInt(chunk.length - "tEXt".length());
        out.write(chunk);
        out.writeInt((int) checksum.getValue());
        out.write(png, HEADER, png.length - HEADER);
        return marked.toByteArray();
    }
}
