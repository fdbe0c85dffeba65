"""What is given to use: models, photos, data sets, result types, plots, measures.

Names are loaded on first use, so that `from course.given import Ascent` does not wait for
TensorFlow.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "batching": ["batches"],
        "cases": ["load_case"],
        "compiling": ["compiled", "float_images"],
        "datasets": ["Dataset", "load_dataset"],
        "errors_list": ["load_errors", "load_versions"],
        "fetching": ["NotReachableError"],
        "hardening": ["harder_images"],
        "imagenet": ["class_index_of", "class_name_of", "class_names", "top_classes"],
        "measures": ["deletion_curve", "map_similarity", "randomize_layers"],
        "models": ["load_model", "model_names"],
        "photos": ["PHOTOS", "load_photo", "load_photos"],
        "plots": ["compare_heatmaps", "show_curves", "show_images"],
        "recognition": ["probabilities", "recognized_by"],
        "results": ["Ascent", "Contrast", "Errors", "Optimized", "Recognition", "Versions"],
        "shapes": ["generate_shapes"],
        "statistics": ["Interval", "bootstrap_interval", "wilson_interval"],
        "stamps": [
            "copyright_mask",
            "draw_text",
            "four_cheats",
            "load_watermark",
            "time_stamp",
            "time_stamp_mask",
        ],
        "training": ["accuracy", "predict", "small_cnn", "train"],
    },
)
