package io.github.k12sso.classlink.benchmarks;

import java.util.List;

/** Some rows that are measured on the same servers. */
interface Chapter {

    /** Sets up what it needs, measures, and takes it down again. */
    List<FigureRow> measure(Bench bench);
}
